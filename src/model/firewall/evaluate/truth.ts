/** Whether something holds; `maybe` with the reason why nobody can tell. */
export type Truth = "yes" | "no" | { readonly maybe: string };

/** Both. */
export function and(a: Truth, b: Truth): Truth {
  if (a === "no" || b === "no") return "no";
  return a === "yes" ? b : a;
}

/** Either. */
export function or(a: Truth, b: Truth): Truth {
  if (a === "yes" || b === "yes") return "yes";
  return a === "no" ? b : a;
}

/** The opposite. */
export function not(a: Truth): Truth {
  return a === "yes" ? "no" : a === "no" ? "yes" : a;
}

/** The pictures' style sheet: part of the page's, so that drawings need no attributes of their own for colours. */
export const FIGURES_STYLE = `
.fig svg { display: block; width: 100%; height: auto; font-family: inherit; }
`;

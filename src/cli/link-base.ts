/**
 * Where the CI that runs this shows the files of the commit that it works on; undefined elsewhere. The variables are
 * GitHub's ("Variables reference") and GitLab's ("Predefined CI/CD variables"), and nothing is made up where one is missing.
 */
export function linkBaseOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA, CI_PROJECT_URL, CI_COMMIT_SHA } = environment;
  const base =
    GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_SHA
      ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA}/`
      : CI_PROJECT_URL && CI_COMMIT_SHA
        ? `${CI_PROJECT_URL}/-/blob/${CI_COMMIT_SHA}/`
        : undefined;
  return base !== undefined && /^https?:\/\/[A-Za-z0-9._~:/-]+$/.test(base) ? base : undefined;
}

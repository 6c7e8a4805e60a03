/** `/v1/tasks/:id(^…)::complete` → `/v1/tasks/{id}:complete`: a route as documents, logs and metrics write it. */
export const routeName = (url: string | undefined): string =>
  url === undefined ? 'none' : url.replaceAll(/:([A-Za-z]\w*)(\([^)]*\))?/g, (whole, name: string, _rule, at: number) => (url[at - 1] === ':' ? whole : `{${name}}`)).replaceAll('::', ':')

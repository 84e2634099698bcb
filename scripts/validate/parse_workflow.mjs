// Parses workflows with GitHub's own parser. usage: parse_workflow.mjs NODE_MODULES FILE…
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";

// The parser imports its JSON schemas without the import attribute that Node asks for.
const hook = `
import { readFile } from "node:fs/promises";
export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  const source = "export default " + (await readFile(new URL(url), "utf8"));
  return { format: "module", shortCircuit: true, source };
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const [modules, ...files] = process.argv.slice(2);
const entry = pathToFileURL(`${modules}/@actions/workflow-parser/dist/index.js`);
const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import(entry);

let found = 0;
for (const name of files) {
  const parsed = parseWorkflow({ name, content: readFileSync(name, "utf8") }, new NoOperationTraceWriter());
  const errors = [...parsed.context.errors.getErrors()];
  if (parsed.value) {
    const template = await convertWorkflowTemplate(parsed.context, parsed.value);
    errors.push(...(template.errors ?? []).map((error) => ({ message: error.Message })));
  }
  for (const error of errors) {
    found += 1;
    console.log(`${name}: ${error.message}`);
  }
}
process.exitCode = found > 0 ? 1 : 0;

export { DomainError, invalidField, notFound, type FieldProblem } from './domain-error.js';
export { newId } from './new-id.js';
export { window, type Page, type PageRequest } from './page.js';
export { stateTable, type StateOf, type StateTable } from './state-table.js';

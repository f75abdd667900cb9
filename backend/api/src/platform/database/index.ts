export { DatabaseModule } from './database.module.js';
export { Listener } from './listener.js';
export { safeInteger } from './safe-integer.js';
export { Transactions, type Tx } from './transactions.js';
export { untilDatabaseAnswers } from './until-available.js';

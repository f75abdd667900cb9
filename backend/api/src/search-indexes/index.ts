export { SearchIndexesModule } from './search-indexes.module.js';

import { TokenList } from './TokenList.js';

export default { list: TokenList };

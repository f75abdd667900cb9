import { describeGradients, unaryCase } from '../testing/gradient-cases.js';
import { trigonometryRules } from './trigonometry.js';

const inside = { range: [-0.8, 0.8] } as const;

describeGradients(trigonometryRules, {
  Sin: { alone: unaryCase('Sin') },
  Cos: { alone: unaryCase('Cos') },
  Tan: { alone: unaryCase('Tan') },
  Asin: { alone: unaryCase('Asin', inside) },
  Acos: { alone: unaryCase('Acos', inside) },
  Atan: { alone: unaryCase('Atan') },
  Sinh: { alone: unaryCase('Sinh') },
  Cosh: { alone: unaryCase('Cosh') },
  Asinh: { alone: unaryCase('Asinh') },
  Acosh: { alone: unaryCase('Acosh', { range: [1.5, 3] }) },
  Atanh: { alone: unaryCase('Atanh', inside) },
});

import { stringAttribute } from '../proto/messages.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { unbroadcast } from './broadcast.js';
import { emitted, identity } from './emit.js';
import type { Differentiation, GradientRule } from './rule.js';

interface Equation {
  readonly operands: readonly string[];
  readonly result: string;
}

/**
 * The gradient by one operand is the sum over the gradient and the other operands of what they share, spread over the letters that the
 * operand had alone. A letter that it has twice (a diagonal) comes back through an identity matrix.
 */
function operandGradient(of: Differentiation, equation: Equation, index: number): Value {
  const { graph, inputs, gradients } = of;
  const operand = inputs[index]!;
  const own = equation.operands[index]!;
  const shape = fixedShape(operand);
  const others = equation.operands.flatMap((letters, other) =>
    other === index ? [] : [{ letters, value: inputs[other]! }],
  );
  const terms = [{ letters: equation.result, value: gradients[0]! }, ...others];
  const known = new Set(terms.map(({ letters }) => letters).join(''));
  let target = '';
  const sizes: number[] = [];
  for (const [axis, letter] of [...own].entries()) {
    const size = shape[axis]!;
    if (target.includes(letter)) {
      const twin = freshLetter(equation, target);
      terms.push({ letters: letter + twin, value: graph.cast(identity(graph, size), operand.type) });
      target += twin;
      sizes.push(size);
    } else {
      if (!known.has(letter)) terms.push({ letters: letter, value: graph.filled([size], 1, operand.type) });
      target += letter;
      sizes.push(sizeOf(letter, terms) ?? size);
    }
  }
  const gradient = emitted(graph, 'Einsum', {
    inputs: terms.map(({ value }) => value),
    like: { type: operand.type, shape: sizes },
    attributes: { equation: `${terms.map(({ letters }) => letters).join(',')}->${target}` },
  });
  return unbroadcast(graph, gradient, operand);
}

/** The largest size a letter has: an axis behind "..." may be 1 in one operand and broadcast. */
function sizeOf(letter: string, terms: readonly { letters: string; value: Value }[]): number | undefined {
  const found = terms.flatMap(({ letters, value }) => {
    const axis = letters.indexOf(letter);
    return axis < 0 ? [] : [fixedShape(value)[axis]!];
  });
  return found.length > 0 ? Math.max(...found) : undefined;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function freshLetter({ operands, result }: Equation, more: string): string {
  const taken = operands.join('') + result + more;
  return [...alphabet].find((letter) => !taken.includes(letter))!;
}

/** With letters in place of "..." and the result written out. */
function readEquation(text: string, ranks: readonly number[]): Equation {
  const [left, right] = text.replaceAll(/\s/g, '').split('->') as [string, string?];
  const operands = left.split(',');
  const free = [...alphabet].filter((letter) => !text.includes(letter));
  const hidden = operands.map((letters, index) =>
    letters.includes('...') ? ranks[index]! - letters.replace('...', '').length : 0,
  );
  const most = Math.max(...hidden);
  const named = (count: number): string => free.slice(most - count, most).join('');
  const filled = operands.map((letters, index) => letters.replace('...', named(hidden[index]!)));
  if (right !== undefined) return { operands: filled, result: right.replace('...', named(most)) };
  const all = operands.join('').replaceAll('.', '');
  const single = [...new Set(all)].filter((letter) => all.split(letter).length === 2).sort();
  return { operands: filled, result: named(most) + single.join('') };
}

export const einsumRules = {
  Einsum: (of) => {
    const ranks = of.inputs.map((input) => input!.shape.length);
    const equation = readEquation(stringAttribute(of.node, 'equation', ''), ranks);
    return of.inputs.map((_, index) => (of.needs(index) ? operandGradient(of, equation, index) : undefined));
  },
} satisfies Record<string, GradientRule>;

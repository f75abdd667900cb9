import { ellipse, rect, stroke, type Box } from './svg.js';
import type { Traits } from './traits.js';

/** Decorates a panel of a product the way its style does. Drawn small: it must survive a picture of 48 pixels only just. */
export function ornament(traits: Traits, panel: Box): string {
  const { x, y, width, height } = panel;
  const row = (count: number, mark: (centre: number) => string): string =>
    Array.from({ length: count }, (_, i) => mark(x + (width * (i + 0.5)) / count)).join('');
  switch (traits.ornament) {
    case 'none':
      return '';
    case 'buttons':
      return row(3, (cx) => ellipse({ x: cx - 2.2, y: y + height * 0.4 - 2.2, width: 4.4, height: 4.4 }, traits.trim));
    case 'rope': {
      const middle = y + height * 0.75;
      const waves = Array.from(
        { length: 6 },
        () => `q ${width / 24} -3 ${width / 12} 0 q ${width / 24} 3 ${width / 12} 0`,
      ).join(' ');
      return stroke(`M ${x} ${middle} ${waves}`, traits.trim, 2.4);
    }
    case 'fringe':
      return row(9, (cx) => stroke(`M ${cx} ${y + height} v ${6 + traits.random.between(0, 4)}`, traits.trim, 1.6));
    case 'rivets':
      return (
        row(6, (cx) => ellipse({ x: cx - 1.4, y: y + 1.5, width: 2.8, height: 2.8 }, traits.trim)) +
        row(6, (cx) => ellipse({ x: cx - 1.4, y: y + height - 4.5, width: 2.8, height: 2.8 }, traits.trim))
      );
    case 'slats':
      return row(5, (cx) => rect({ x: cx - 1, y: y + height * 0.12, width: 2, height: height * 0.76 }, traits.trim));
    case 'fan':
      return [-60, -30, 0, 30, 60]
        .map((degrees) => {
          const angle = (degrees / 180) * Math.PI;
          const reach = Math.min(width / 2, height) * 0.9;
          const cx = x + width / 2;
          const cy = y + height * 0.95;
          return stroke(
            `M ${cx} ${cy} L ${cx + Math.sin(angle) * reach} ${cy - Math.cos(angle) * reach}`,
            traits.trim,
            1.7,
          );
        })
        .join('');
    case 'grain':
      return [0.25, 0.5, 0.75]
        .map((share) =>
          stroke(
            `M ${x} ${y + height * share} q ${width / 4} ${traits.random.between(-4, 4)} ${width / 2} 0 t ${width / 2} 0`,
            traits.dark,
            1.5,
          ),
        )
        .join('');
  }
}

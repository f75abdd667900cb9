const percentFormat = (digits: number) =>
  new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits });

export const formatCount = (value: number): string => new Intl.NumberFormat('en').format(value);

export const formatPercent = (share: number, digits = 1): string => percentFormat(digits).format(share);

/** A signed change: `+3.2 %` reads as a gain, `−3.2 %` (with a true minus) as a loss. */
export function formatSigned(value: number, digits = 1): string {
  const text = percentFormat(digits).format(Math.abs(value));
  return value < 0 ? `−${text}` : `+${text}`;
}

/** Three significant digits, no exponent between 0.001 and a million. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1).replace('.0e', 'e');
  return new Intl.NumberFormat(
    'en',
    Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  ).format(value);
}

export const formatMs = (ms: number): string =>
  ms >= 10_000 ? `${formatNumber(ms / 1000)} s` : `${formatNumber(ms)} ms`;

export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${formatNumber(bytes / 1024 ** power)} ${units[power]}`;
}

export const shortHash = (hash: string): string => hash.replace(/^sp_/, '').slice(0, 10);

const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const relativeSteps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function formatRelative(at: string, now: number): string {
  const seconds = (Date.parse(at) - now) / 1000;
  for (const [unit, size] of relativeSteps)
    if (Math.abs(seconds) >= size) return relativeFormat.format(Math.round(seconds / size), unit);
  return Math.abs(seconds) < 10 ? 'just now' : relativeFormat.format(Math.round(seconds), 'second');
}

export const formatExact = (at: string): string =>
  new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

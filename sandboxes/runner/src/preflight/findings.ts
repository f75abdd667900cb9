import type { PreflightReport } from '@graft/protocol';

type Facts = Omit<PreflightReport, 'findings'>;
type Finding = PreflightReport['findings'][number];

const LEVELS: readonly Finding['level'][] = ['problem', 'warning', 'note'];
const TRUNCATION_TO_WARN = 0.1;
/** A training grows a little beyond what a few steps of it took. */
const MEMORY_TO_WARN = 0.9;
const FEW_ITEMS = 10;
const NAMED = 8;

/** What a person should look at before starting, worst first. */
export function findingsOf(facts: Facts): Finding[] {
  const found = [
    ...leaks(facts),
    ...(facts.items.validation === 0
      ? [warning('No item is in split "val": nothing tells whether the training helps, and it cannot stop early.')]
      : []),
    ...memory(facts.estimate),
    ...facts.labels.flatMap((labels) => labelFindings(labels, facts.items.train)),
    ...textFindings(facts),
    ...duplicates(facts.duplicates),
  ];
  return found.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

/** Two products may well have one name, so a title that both splits hold is no proof; a picture is. */
function leaks({ leakage, items }: Facts): Finding[] {
  const { pictures, nearPictures, titles } = leakage;
  const of = `of ${items.validation} validation items`;
  return [
    ...when(pictures.items, problem(`${pictures.items} ${of} have the very picture of a training item.`)),
    ...(nearPictures && nearPictures.items > pictures.items
      ? [problem(`${nearPictures.items} ${of} look like a training item: the same picture, or a copy of it.`)]
      : []),
    ...when(titles.items, warning(`${titles.items} ${of} have the title of a training item.`)),
  ];
}

function memory({ peakMemoryBytes, memoryLimitBytes }: Facts['estimate']): Finding[] {
  if (memoryLimitBytes === null || peakMemoryBytes <= MEMORY_TO_WARN * memoryLimitBytes) return [];
  const [took, limit] = [peakMemoryBytes, memoryLimitBytes].map((bytes) => Math.round(bytes / 2 ** 20));
  return [
    warning(`It takes ${took} MiB of memory, and the run may take ${limit}. Raise the limit or make batches smaller.`),
  ];
}

function labelFindings(labels: Facts['labels'][number], trainItems: number): Finding[] {
  const { target, unlabelled, rarest, onlyInValidation } = labels;
  const named = onlyInValidation.slice(0, NAMED).join(', ') + (onlyInValidation.length > NAMED ? ', …' : '');
  return [
    ...when(
      onlyInValidation.length,
      warning(`${target}: no training item has ${named}, so these labels of validation items are never predicted.`),
    ),
    ...when(
      unlabelled,
      note(`${target}: ${unlabelled} of ${trainItems} training items have no label and are left out of its loss.`),
    ),
    ...(rarest.items < FEW_ITEMS
      ? [note(`${target}: the rarest label, ${rarest.label}, has ${countOf(rarest.items, 'training item')}.`)]
      : []),
  ];
}

function textFindings({ texts, items }: Facts): Finding[] {
  if (texts === null) return [];
  const { truncated, length, longest, empty } = texts;
  const level = truncated.items > TRUNCATION_TO_WARN * items.train ? warning : note;
  return [
    ...when(
      truncated.items,
      level(
        `${truncated.items} of ${items.train} texts are cut at ${length} tokens; the longest has ${longest}. Raise the length to read them whole.`,
      ),
    ),
    ...when(empty, note(`${empty} of ${items.train} training items have a text without any token.`)),
  ];
}

function duplicates({ pictures, nearPictures, titles }: Facts['duplicates']): Finding[] {
  return [
    ...when(
      pictures.groups,
      warning(
        `${pictures.items} training items share ${countOf(pictures.groups, 'picture')}: these count more than once.`,
      ),
    ),
    ...(nearPictures && nearPictures.groups > pictures.groups
      ? [
          warning(
            `${nearPictures.items} training items in ${countOf(nearPictures.groups, 'group')} look the same, copies included.`,
          ),
        ]
      : []),
    ...when(titles.groups, note(`${titles.items} training items share ${countOf(titles.groups, 'title')}.`)),
  ];
}

const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
const when = (count: number, finding: Finding): Finding[] => (count > 0 ? [finding] : []);
const problem = (message: string): Finding => ({ level: 'problem', message });
const warning = (message: string): Finding => ({ level: 'warning', message });
const note = (message: string): Finding => ({ level: 'note', message });

import { EmbedInput, EvaluateInput, FinetuneInput, InspectSpaceInput, SwapEncoderInput } from '@graft/protocol';
import type { SandboxJob } from '../sandboxes/index.js';
import type { Run } from './run.entity.js';
import { withMounts } from './step-inputs.js';

/** What the runner gets to do: the run's parameters with its inputs as mounts. */
export function recipeTaskOf(
  run: Pick<Run, 'recipe' | 'parameters' | 'inputs'>,
  mounted: ReadonlySet<string>,
): SandboxJob['work'] {
  const input = withMounts(run.parameters, run.inputs, mounted);
  switch (run.recipe) {
    case 'finetune':
      return { kind: 'finetune', input: FinetuneInput.parse(input) };
    case 'embed':
      // `publish` is for the platform: a runner does not know what is live.
      return { kind: 'embed', input: EmbedInput.strip().parse(input) };
    case 'swap-encoder':
      return { kind: 'swap-encoder', input: SwapEncoderInput.parse(input) };
    case 'evaluate':
      return { kind: 'evaluate', input: EvaluateInput.parse(input) };
    case 'inspect-space':
      return { kind: 'inspect-space', input: InspectSpaceInput.parse(input) };
  }
}

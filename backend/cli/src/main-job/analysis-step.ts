import { answer, type Schemas } from '../api.js';
import type { Endpoint } from './serving-step.js';
import type { Job } from './job.js';

export type Analysis = Schemas['Analysis'];

/** The share of shoppers who saved something at least once. */
const metric: Schemas['Metric'] = { kind: 'conversion', eventTypes: ['save'], better: 'higher' };

/** The first analysis: sample-ratio check, difference with interval, one of three outcomes. */
export async function analyse({ session }: Job, endpoint: Endpoint): Promise<Analysis> {
  const found = await answer(
    session.api.POST('/api/endpoints/{id}/analyses', { params: { path: { id: endpoint.id } }, body: { metric } }),
  );
  session.output.note(`   ${found.outcome}: ${found.sentence}`);
  return found;
}

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useGraft, useSubmission } from '../api/hooks.js';
import type { Endpoint } from '../api/schemas.js';
import { FormDialog } from '../ui/FormDialog.js';
import { ShareSliders } from './ShareSliders.js';

export function TrafficDialog({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const graft = useGraft();
  const queryClient = useQueryClient();
  const [variants, setVariants] = useState(endpoint.variants.map(({ name, weight }) => ({ name, weight })));
  const { submit, pending, problem } = useSubmission(async () => {
    await graft.setTraffic(endpoint.id, variants);
    await queryClient.invalidateQueries({ queryKey: ['endpoints'] });
    onClose();
  });
  return (
    <FormDialog
      title="Change traffic"
      explanation="Units that must move see the other variant from their next request on. An analysis compares only what came after the last change."
      submitLabel="Set shares"
      pending={pending}
      problem={problem}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ShareSliders variants={variants} onChange={setVariants} />
    </FormDialog>
  );
}

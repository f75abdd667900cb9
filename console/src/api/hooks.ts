import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useState } from 'react';
import { useDataProvider, useGetList, useNotify } from 'react-admin';
import type { GraftDataProvider } from './dataProvider.js';
import { covers } from './permissions.js';
import { refusalOf, type Refusal } from './refusal.js';

export const useGraft = (): GraftDataProvider => useDataProvider<GraftDataProvider>();

export function useSession() {
  const graft = useGraft();
  return useQuery({ queryKey: ['session'], queryFn: () => graft.currentSession(), staleTime: 60_000, retry: false });
}

/** Whether the signed-in person's role allows an action. For hiding what would be refused; the server decides. */
export function useMay(): (permission: string) => boolean {
  const { data } = useSession();
  return (permission) => data !== undefined && covers(data.permissions, permission);
}

/** The field that puts a resource's newest records first, where it is not `createdAt`. */
const newestFirst: Record<string, string> = { 'dataset-versions': 'version', rollouts: 'requestedAt' };

/** One page of a resource, newest first. A filter that is still empty waits for its value. */
export function useRows<T extends { id: string }>(
  resource: string,
  filter: Record<string, string> = {},
  perPage = 100,
) {
  return useGetList<T>(
    resource,
    {
      filter,
      pagination: { page: 1, perPage },
      sort: { field: newestFirst[resource] ?? 'createdAt', order: 'DESC' },
    },
    { enabled: !Object.values(filter).includes('') },
  );
}

/** One record in full. Its place in the cache is its own: the rows of a list, which react-admin would show first, lack fields. */
export function useRecord<T extends { id: string }>(resource: string, id: string | null | undefined) {
  const graft = useGraft();
  return useQuery({
    queryKey: [resource, 'record', id],
    queryFn: async () => (await graft.getOne<T>(resource, { id: id ?? '' })).data,
    enabled: Boolean(id),
  });
}

export const PictureSource = createContext(
  (versionId: string, itemId: string) =>
    `/api/dataset-versions/${versionId}/items/${encodeURIComponent(itemId)}/picture`,
);
export const usePictureUrl = () => useContext(PictureSource);

type Submission<A extends unknown[]> = {
  submit: (...args: A) => Promise<void>;
  pending: boolean;
  problem: Refusal | null;
  /** The message for one field, by the name the server uses. */
  fieldError: (field: string) => string | undefined;
  reset: () => void;
};

/**
 * Runs an action once at a time. Errors that name fields stay with the form (`fieldError`, `problem`); `announce` additionally
 * shows them as a notification, for actions that have no form to show them in.
 */
export function useSubmission<A extends unknown[]>(
  action: (...args: A) => Promise<unknown>,
  { announce = false } = {},
): Submission<A> {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const notify = useNotify();
  const submit = async (...args: A) => {
    if (pending) return;
    setPending(true);
    setProblem(null);
    try {
      await action(...args);
    } catch (error) {
      const caught = refusalOf(error);
      setProblem(caught);
      if (announce) notify(caught.message, { type: 'error' });
    } finally {
      setPending(false);
    }
  };
  return {
    submit,
    pending,
    problem,
    fieldError: (field) => problem?.fields.find((entry) => entry.field === field)?.message,
    reset: () => setProblem(null),
  };
}

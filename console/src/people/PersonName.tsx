import { useMay, useRecord, useSession } from '../api/hooks.js';
import type { Person } from '../api/schemas.js';

/** A person by id, the platform where there is none. Only administrators may look others up, so for the rest a colleague stays a colleague. */
export function PersonName({ id }: { id: string | null }) {
  const may = useMay();
  const { data: session } = useSession();
  const isOther = id !== null && session !== undefined && session.user.id !== id;
  const { data: person } = useRecord<Person>('people', isOther && may('people:read') ? id : null);
  if (id === null) return <>Graft</>;
  return <>{isOther ? (person?.name ?? 'a colleague') : 'you'}</>;
}

import { Tab, Tabs } from '@mui/material';
import { useSearchParams } from 'react-router-dom';

/** Which tab of a page is open lives in the address, so that a link leads back to it. */
export function useTab<T extends string>(tabs: readonly T[]): [T, (tab: T) => void] {
  const [search, setSearch] = useSearchParams();
  const current = tabs.find((tab) => tab === search.get('tab')) ?? tabs[0]!;
  return [
    current,
    (tab) =>
      setSearch(
        (previous) => {
          previous.set('tab', tab);
          return previous;
        },
        { replace: true },
      ),
  ];
}

export function TabBar<T extends string>({
  label,
  tabs,
  current,
  onChange,
}: {
  label: string;
  tabs: readonly { id: T; label: string }[];
  current: T;
  onChange: (tab: T) => void;
}) {
  return (
    <Tabs
      value={current}
      onChange={(_event, tab: T) => onChange(tab)}
      aria-label={label}
      variant="scrollable"
      sx={{ borderBottom: 1, borderColor: 'divider' }}
    >
      {tabs.map((tab) => (
        <Tab key={tab.id} value={tab.id} label={tab.label} id={`tab-${tab.id}`} />
      ))}
    </Tabs>
  );
}

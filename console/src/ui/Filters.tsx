import SearchIcon from '@mui/icons-material/Search';
import { InputAdornment, MenuItem, TextField } from '@mui/material';
import { useListContext } from 'react-admin';

type Filters = Record<string, string | undefined>;

const useFilter = (name: string) => {
  const { filterValues, setFilters } = useListContext();
  const values = filterValues as Filters;
  return [values[name] ?? '', (value: string) => setFilters({ ...values, [name]: value === '' ? undefined : value })] as const;
};

export function SelectFilter({ name, label, options }: { name: string; label: string; options: readonly string[] }) {
  const [value, setValue] = useFilter(name);
  return (
    <TextField select label={label} value={value} onChange={(event) => setValue(event.target.value)} sx={{ minWidth: 150 }}>
      <MenuItem value="">Any</MenuItem>
      {options.map((option) => (
        <MenuItem key={option} value={option}>
          {option.replaceAll('-', ' ')}
        </MenuItem>
      ))}
    </TextField>
  );
}

export function TextFilter({ name, label }: { name: string; label: string }) {
  const [value, setValue] = useFilter(name);
  return (
    <TextField
      label={label}
      value={value}
      onChange={(event) => setValue(event.target.value)}
      sx={{ minWidth: 220 }}
      slotProps={{
        input: {
          startAdornment: (
            <InputAdornment position="start">
              <SearchIcon fontSize="small" />
            </InputAdornment>
          ),
        },
      }}
    />
  );
}

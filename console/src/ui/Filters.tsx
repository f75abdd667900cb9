import SearchIcon from '@mui/icons-material/Search';
import { InputAdornment, MenuItem, TextField } from '@mui/material';
import { useListContext } from 'react-admin';

type Filters = Record<string, string | undefined>;

const useFilter = (name: string) => {
  const { filterValues, setFilters } = useListContext();
  const values = filterValues as Filters;
  return [
    values[name] ?? '',
    (value: string) => setFilters({ ...values, [name]: value === '' ? undefined : value }),
  ] as const;
};

type ChoiceFilterProps = { name: string; label: string; options: readonly { value: string; label: string }[] };

export function ChoiceFilter({ name, label, options }: ChoiceFilterProps) {
  const [value, setValue] = useFilter(name);
  return (
    <TextField
      select
      label={label}
      value={value}
      onChange={(event) => setValue(event.target.value)}
      sx={{ minWidth: 150 }}
    >
      <MenuItem value="">Any</MenuItem>
      {options.map((option) => (
        <MenuItem key={option.value} value={option.value}>
          {option.label}
        </MenuItem>
      ))}
    </TextField>
  );
}

export function SelectFilter({ options, ...rest }: { name: string; label: string; options: readonly string[] }) {
  return (
    <ChoiceFilter
      {...rest}
      options={options.map((option) => ({ value: option, label: option.replaceAll('-', ' ') }))}
    />
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

import {
  Box,
  Checkbox,
  Link as MuiLink,
  Skeleton,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
} from '@mui/material';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';

export type Column<T> = { label: string; render: (row: T) => ReactNode; align?: 'right'; from?: 'sm' | 'md' | 'lg' };
export type Selection = { selected: readonly string[]; toggle: (id: string) => void; nameOf: (id: string) => string };
type RecordTableProps<T> = {
  label: string;
  rows: readonly T[] | undefined;
  columns: readonly Column<T>[];
  linkTo?: (row: T) => string;
  selection?: Selection;
};

const placeholderRows = [0, 1, 2, 3];

/** Rows of records. With `linkTo` the first column is the link, and `from` names the window width a column appears at. */
export function RecordTable<T extends { id: string }>({
  label,
  rows,
  columns,
  linkTo,
  selection,
}: RecordTableProps<T>) {
  const display = (column: Column<T>) => (column.from ? { display: { xs: 'none', [column.from]: 'table-cell' } } : {});
  return (
    <Box sx={{ overflowX: 'auto' }}>
      <Table
        aria-label={label}
        sx={{
          '& tbody tr:last-child td': { borderBottom: 0 },
          '& td:first-of-type, & th:first-of-type': { pl: 2.5 },
          '& td:last-of-type, & th:last-of-type': { pr: 2.5 },
        }}
      >
        <TableHead>
          <TableRow>
            {selection && <TableCell padding="checkbox" aria-label="Selected" />}
            {columns.map((column) => (
              <TableCell
                key={column.label}
                align={column.align ?? 'left'}
                sx={{ whiteSpace: 'nowrap', ...display(column) }}
              >
                {column.label}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows === undefined &&
            placeholderRows.map((row) => (
              <TableRow key={row}>
                {selection && <TableCell />}
                {columns.map((column) => (
                  <TableCell key={column.label} sx={display(column)}>
                    <Skeleton width="70%" />
                  </TableCell>
                ))}
              </TableRow>
            ))}
          {rows?.map((row) => (
            <TableRow key={row.id} hover={Boolean(linkTo)} selected={selection?.selected.includes(row.id) ?? false}>
              {selection && (
                <TableCell padding="checkbox">
                  <Checkbox
                    size="small"
                    checked={selection.selected.includes(row.id)}
                    onChange={() => selection.toggle(row.id)}
                    slotProps={{ input: { 'aria-label': `Select ${selection.nameOf(row.id)}` } }}
                  />
                </TableCell>
              )}
              {columns.map((column, index) => (
                <TableCell
                  key={column.label}
                  align={column.align ?? 'left'}
                  sx={{
                    fontVariantNumeric: 'tabular-nums',
                    // A number stays with its unit.
                    ...(column.align === 'right' && { whiteSpace: 'nowrap' }),
                    ...display(column),
                  }}
                >
                  {index === 0 && linkTo ? (
                    <MuiLink component={Link} to={linkTo(row)} color="text.primary" sx={{ fontWeight: 600 }}>
                      {column.render(row)}
                    </MuiLink>
                  ) : (
                    column.render(row)
                  )}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}

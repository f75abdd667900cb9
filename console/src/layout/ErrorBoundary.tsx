import ReportProblemIcon from '@mui/icons-material/ReportProblemOutlined';
import { Button } from '@mui/material';
import { Component, type ReactNode } from 'react';
import { EmptyState } from '../ui/EmptyState.js';

/** A page that breaks leaves the navigation alive. Keyed by path: going elsewhere starts afresh. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <EmptyState
        icon={ReportProblemIcon}
        title="This page broke"
        action={
          <Button variant="contained" onClick={() => this.setState({ error: null })}>
            Try again
          </Button>
        }
      >
        {this.state.error.message}
      </EmptyState>
    );
  }
}

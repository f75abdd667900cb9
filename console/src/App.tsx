import { QueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Admin, CustomRoutes, Resource } from 'react-admin';
import { Route } from 'react-router-dom';
import { createAuthProvider } from './api/authProvider.js';
import type { GraftDataProvider } from './api/dataProvider.js';
import { LiveContext } from './api/liveContext.js';
import type { LiveSource } from './api/live.js';
import audit from './audit/index.js';
import datasets from './datasets/index.js';
import endpoints from './endpoints/index.js';
import experiments from './experiments/index.js';
import { ComparePage } from './experiments/ComparePage.js';
import { HomePage } from './home/HomePage.js';
import { Layout } from './layout/Layout.js';
import models from './models/index.js';
import modelVersions from './model-versions/index.js';
import people from './people/index.js';
import { PreflightPage } from './preflights/PreflightPage.js';
import rollouts from './rollouts/index.js';
import runs from './runs/index.js';
import { ReportPage } from './runs/ReportPage.js';
import { SpaceReportPage } from './space-reports/SpaceReportPage.js';
import searchIndexes from './search-indexes/index.js';
import sandboxes from './sandboxes/index.js';
import { SignInPage } from './sign-in/SignInPage.js';
import spaces from './spaces/index.js';
import { graftTheme } from './theme/theme.js';
import tokens from './tokens/index.js';

const lightTheme = graftTheme('light');
const darkTheme = graftTheme('dark');

export function App({ graft, live }: { graft: GraftDataProvider; live: LiveSource }) {
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: 1 } } }),
  );
  const [authProvider] = useState(() => createAuthProvider(graft));
  return (
    <LiveContext value={live}>
      <Admin
        title="Graft"
        requireAuth
        disableTelemetry
        dataProvider={graft}
        authProvider={authProvider}
        queryClient={queryClient}
        lightTheme={lightTheme}
        darkTheme={darkTheme}
        layout={Layout}
        loginPage={SignInPage}
        dashboard={HomePage}
      >
        <Resource name="datasets" {...datasets} />
        <Resource name="experiments" {...experiments} />
        <Resource name="runs" {...runs} />
        <Resource name="models" {...models} />
        <Resource name="model-versions" {...modelVersions} />
        <Resource name="spaces" {...spaces} />
        <Resource name="search-indexes" {...searchIndexes} />
        <Resource name="endpoints" {...endpoints} />
        <Resource name="rollouts" {...rollouts} />
        <Resource name="sandboxes" {...sandboxes} />
        <Resource name="people" {...people} />
        <Resource name="tokens" {...tokens} />
        <Resource name="audit" {...audit} />
        <CustomRoutes>
          <Route path="/experiments/compare" element={<ComparePage />} />
          <Route path="/runs/:id/report" element={<ReportPage />} />
          <Route path="/runs/:id/preflight" element={<PreflightPage />} />
          <Route path="/runs/:id/space-report" element={<SpaceReportPage />} />
        </CustomRoutes>
      </Admin>
    </LiveContext>
  );
}

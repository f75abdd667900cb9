import type { IsolationReport, SandboxDriver } from '../sandbox-driver.js';
import type { HostFacilities } from './host-facilities.js';

export async function measureIsolation(_driver: SandboxDriver, facilities: HostFacilities, _home: string): Promise<IsolationReport> {
  return await Promise.resolve({ driver: 'process', runtime: facilities.wall.kind, level: 'partial', findings: [], probes: [], sharedKernel: true, tookMs: 0 });
}

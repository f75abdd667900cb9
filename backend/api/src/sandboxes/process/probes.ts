import type { IsolationReport, SandboxDriver } from '../sandbox-driver.js';
import type { HostFacilities } from './host-facilities.js';

export async function measureIsolation(driver: SandboxDriver, facilities: HostFacilities, home: string): Promise<IsolationReport> {
  throw new Error(`${driver.name} ${facilities.wall.kind} ${home}`);
}

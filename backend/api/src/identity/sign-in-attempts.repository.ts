import { Injectable } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import { SignInAttempt } from './sign-in-attempt.entity.js';

@Injectable()
export class SignInAttemptsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Counts one more attempt and says how many the window has seen. Counting comes before the password is looked at, so attempts
   * made at the same moment cannot slip past the limit together.
   */
  async count(key: string, windowSeconds: number): Promise<{ failures: number; windowEndsAt: Date }> {
    const rows: { failures: number; window_ends_at: Date }[] = await this.dataSource.query(
      `INSERT INTO sign_in_attempts AS a (key, failures, window_ends_at) VALUES ($1, 1, now() + $2 * interval '1 second')
       ON CONFLICT (key) DO UPDATE SET
         failures = CASE WHEN a.window_ends_at <= now() THEN 1 ELSE a.failures + 1 END,
         window_ends_at = CASE WHEN a.window_ends_at <= now() THEN excluded.window_ends_at ELSE a.window_ends_at END
       RETURNING failures, window_ends_at`,
      [key, windowSeconds],
    );
    const row = rows[0]!;
    return { failures: row.failures, windowEndsAt: row.window_ends_at };
  }

  /** Takes back attempts that turned out to be right. */
  async forgive(accountKey: string, addressKey: string): Promise<void> {
    await this.dataSource.manager.delete(SignInAttempt, { key: accountKey });
    await this.dataSource.query('UPDATE sign_in_attempts SET failures = greatest(failures - 1, 0) WHERE key = $1', [
      addressKey,
    ]);
  }

  async deleteEnded(now: Date): Promise<void> {
    await this.dataSource.manager.delete(SignInAttempt, { windowEndsAt: LessThan(now) });
  }
}

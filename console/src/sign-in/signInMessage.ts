import type { Refusal } from '../api/refusal.js';

/** Why signing in failed, without saying which of e-mail and password was wrong. */
export function signInMessage(problem: Refusal): string {
  switch (problem.status) {
    case 401:
      return 'E-mail or password is not right. An administrator can set a new password under People.';
    case 403:
      return 'This account is switched off. Ask an administrator to switch it on again.';
    case 429:
      return problem.message.match(/\d/) ? problem.message : 'Too many attempts. Wait a minute, then try again.';
    default:
      return problem.message;
  }
}

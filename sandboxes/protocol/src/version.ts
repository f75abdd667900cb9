/** The protocol a runner and a worker speak. A breaking change adds a second literal that is accepted for one release. */
export const PROTOCOL_VERSION = 1;

import type { Session } from '../session.ts'
export async function serve(_session: Session, _options: { port: number; readonly?: boolean }): Promise<void> {}

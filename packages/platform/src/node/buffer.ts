import { constants } from 'node:buffer'
import type { Platform } from '../platform.ts'

export const { MAX_STRING_LENGTH } = constants
export const BufferClass: Platform['BufferClass'] = Buffer

/**
 * A worker shares its machine with the app whose disk it empties. Its live heap is small (the names of all files, and what is in
 * flight), yet V8 lets garbage grow to ten times that where it may. Imported before anything that allocates.
 */
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--optimize-for-size')

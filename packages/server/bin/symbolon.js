#!/usr/bin/env node
// Committed, because npm links commands before the build has made any. Compiled code is kept between starts.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('../dist/main.js');

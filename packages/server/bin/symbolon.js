#!/usr/bin/env node
// Committed, because npm links commands before the build has made any.
import '../dist/main.js';

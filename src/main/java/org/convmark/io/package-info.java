/**
 * Files, folders and processes: files are written whole or not at all, and every process has a time limit. Imports nothing else
 * of this project.
 */
package org.convmark.io;

/** What is computed: shapes, layers, graphs, patterns, blocks, operators, what they cost, and the cases that are measured. Imports nothing else of this project. */
package org.convmark.model;

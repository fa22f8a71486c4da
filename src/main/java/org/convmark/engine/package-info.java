/** Opens the engine of a target. The only package that knows every backend. */
package org.convmark.engine;

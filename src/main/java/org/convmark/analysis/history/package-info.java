/** Many runs over time: where the times of a row changed level. */
package org.convmark.analysis.history;

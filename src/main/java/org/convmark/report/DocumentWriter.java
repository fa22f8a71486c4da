package org.convmark.report;

import java.io.IOException;
import java.nio.file.Path;
import org.convmark.io.AtomicFile;

/** A format for documents. */
public interface DocumentWriter {
    /** The document in this format. */
    String text(Document document);

    /** Writes a document; an existing file is replaced atomically. */
    default void write(Document document, Path file) throws IOException {
        new AtomicFile(file).write(text(document));
    }
}

package org.convmark.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A new folder that whoever looks sees whole or not at all. One that exists is never touched.
 *
 * @param path absolute
 */
public record AtomicFolder(Path path) {
    /** Normalises the path. */
    public AtomicFolder {
        path = path.toAbsolutePath().normalize();
    }

    /** Writes what the folder holds. */
    @FunctionalInterface
    public interface Content {
        /** @param folder empty, to be filled */
        void write(Path folder) throws IOException;
    }

    /**
     * Makes the folder: it is filled under another name beside it and then gets its own. If that fails, nothing is left but
     * folders above it.
     *
     * @param option by which a user chooses another folder
     * @throws InputError if it exists, or cannot be made or filled
     */
    public void create(String option, Content content) {
        refuseExisting(option);
        try {
            Files.createDirectories(path.getParent());
            // A name of its own for each, so that two may fill at once.
            Path half = Files.createTempDirectory(path.getParent(), path.getFileName() + ".");
            try {
                Path filled = Files.createDirectory(half.resolve(path.getFileName()));
                content.write(filled);
                Files.move(filled, path);
            } finally {
                Folders.delete(half);
            }
        } catch (IOException e) {
            refuseExisting(option); // another was faster
            throw new InputError("cannot make " + path + " (" + FileErrors.reason(e)
                    + "): choose a folder that you may write to with " + option + ".");
        }
    }

    private void refuseExisting(String option) {
        if (Files.exists(path)) {
            throw new InputError(
                    path + " exists already, and nothing is overwritten: choose another folder with " + option + ".");
        }
    }
}

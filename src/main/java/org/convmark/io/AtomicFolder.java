package org.convmark.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A new folder that other processes see either complete or not at all. An existing folder is never touched.
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
     * Creates the folder: fills it under another name in the same parent, then renames it. If that fails, only the
     * parent folders remain.
     *
     * @param option the command-line option that chooses another folder
     * @throws InputError if it exists, or cannot be made or filled
     */
    public void create(String option, Content content) {
        refuseExisting(option);
        try {
            Files.createDirectories(path.getParent());
            // The name is unique, so that two processes can fill at once.
            Path half = Files.createTempDirectory(path.getParent(), path.getFileName() + ".");
            try {
                Path filled = Files.createDirectory(half.resolve(path.getFileName()));
                content.write(filled);
                Files.move(filled, path);
            } finally {
                Folders.delete(half);
            }
        } catch (IOException e) {
            refuseExisting(option); // another process was faster
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

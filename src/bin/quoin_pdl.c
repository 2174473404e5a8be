// quoin-pdl: reads documents of strangers in a jail, and says what is on their pages.
//
// quoin-pdl --worker [--weak-jail] answers requests on descriptor 0; quoin-pdl --render PROGRAM
// PAGE with-annotations|without-annotations draws a page; quoin-pdl --preview PROGRAM
// PAGE WIDTH draws one for a person, --picture FORMAT PAGE WIDTH one of pixels, --draw-postscript
// PROGRAM PAGE DPI one of PostScript; --office PROGRAM FOLDER ENDING turns a document into PDF;
// quoin-pdl --interpret PROGRAM
// count|inks|inks-pdf COPIES SIDES SECONDS runs PostScript. See reader/reader.h.

#include "reader/reader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ARGUMENTS_WORKER = 2,
    ARGUMENTS_RENDER = 5,
    ARGUMENTS_INTERPRET = 7,
};

int main(int argc, char **argv)
{
    bool may_be_weak = argc > 1 && strcmp(argv[argc - 1], "--weak-jail") == 0;
    int count = argc - may_be_weak;
    if (count == ARGUMENTS_WORKER && strcmp(argv[1], "--worker") == 0) {
        return reader_serve(may_be_weak);
    }
    if (count == ARGUMENTS_RENDER && strcmp(argv[1], "--render") == 0) {
        return reader_draw(argv[2], argv[3], strcmp(argv[4], "with-annotations") == 0, may_be_weak);
    }
    if (count == ARGUMENTS_RENDER && strcmp(argv[1], "--preview") == 0) {
        return reader_preview(argv[2], argv[3], argv[4], may_be_weak);
    }
    if (count == ARGUMENTS_RENDER && strcmp(argv[1], "--picture") == 0) {
        // Not by exit(3): there a sanitizer looks for leaks, with calls that the jail forbids.
        _exit(reader_picture(argv[2], argv[3], argv[4], may_be_weak));
    }
    if (count == ARGUMENTS_RENDER && strcmp(argv[1], "--draw-postscript") == 0) {
        return reader_draw_postscript(argv[2], argv[3], argv[4], may_be_weak);
    }
    if (count == ARGUMENTS_RENDER && strcmp(argv[1], "--office") == 0) {
        return reader_office(argv[2], argv[3], argv[4], may_be_weak);
    }
    if (count == ARGUMENTS_INTERPRET && strcmp(argv[1], "--interpret") == 0) {
        struct reader_interpret asked = { .program = argv[2],
                                          .what = argv[3],
                                          .copies = argv[4],
                                          .sides = argv[5],
                                          .wall_s = argv[6],
                                          .may_be_weak = may_be_weak };
        return reader_interpret(&asked);
    }
    if (count == ARGUMENTS_WORKER && strcmp(argv[1], "--version") == 0) {
        return puts(READER_NAME) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    (void)fputs("quoin-pdl is started by other programs of Quoin; try: quoin count FILE\n", stderr);
    return EXIT_FAILURE;
}

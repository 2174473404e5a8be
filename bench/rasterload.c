// rasterload FILE: what a program does with libcups that wants to know the pages of a raster file
// and whether they have colour: each row read, each pixel looked at until one is coloured. Prints
// JSON.
#include <cups/raster.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Samples of 8 bits; what is stored in three or more is RGB or begins with CMY.
static bool row_has_color(const unsigned char *row, const cups_page_header2_t *header)
{
    unsigned size = header->cupsBitsPerPixel / 8;
    if (header->cupsBitsPerColor != 8 || size < 3) {
        return false;
    }
    for (unsigned x = 0; x < header->cupsWidth; x++, row += size) {
        unsigned char low = row[0] < row[1] ? row[0] : row[1];
        unsigned char high = row[0] > row[1] ? row[0] : row[1];
        low = row[2] < low ? row[2] : low;
        high = row[2] > high ? row[2] : high;
        if (high - low > 2) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    cups_page_header2_t header;
    unsigned pages = 0;
    unsigned colored = 0;
    int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    cups_raster_t *raster = file < 0 ? NULL : cupsRasterOpen(file, CUPS_RASTER_READ);
    if (raster == NULL) {
        fprintf(stderr, "usage: rasterload FILE\n");
        return EXIT_FAILURE;
    }
    while (cupsRasterReadHeader2(raster, &header) != 0) {
        unsigned char *row = malloc(header.cupsBytesPerLine);
        bool color = false;
        for (unsigned y = 0; y < header.cupsHeight && row != NULL; y++) {
            if (cupsRasterReadPixels(raster, row, header.cupsBytesPerLine) == 0) {
                break;
            }
            color = color || row_has_color(row, &header);
        }
        free(row);
        pages++;
        colored += color;
    }
    printf("{\"pages\":%u,\"color_pages\":%u}\n", pages, colored);
    cupsRasterClose(raster);
    (void)close(file);
    return EXIT_SUCCESS;
}

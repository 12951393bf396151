// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// Rectangles as pixels: a hundred thousand of them take a few milliseconds, and as many calls of a
// canvas a hundred times that. Colours are #rgb or #rrggbb.

function colour_parts(text) {
  const digits = text.slice(1);
  const wide = digits.length === 3 ? [...digits].map(d => d + d).join("") : digits;
  return [0, 2, 4].map(i => parseInt(wide.slice(i, i + 2), 16) || 0);
}

// As one number, in the order of bytes of ImageData; `share` of it over another colour.
function pixel(text, share = 1, over = "#000000") {
  const back = colour_parts(over);
  const [r, g, b] = colour_parts(text).map((c, i) => Math.round(c * share + back[i] * (1 - share)));
  return (255 << 24) | (b << 16) | (g << 8) | r;
}

class Raster {
  // As large as a canvas that is shown; lengths are CSS pixels.
  constructor(canvas) {
    this.width = canvas.width;
    this.height = canvas.height;
    this.ratio = canvas.width / canvas.clientWidth;
    this.image = new ImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  clear(colour) {
    this.pixels.fill(colour);
  }

  // At least one pixel wide and high.
  fill(x, y, w, h, colour) {
    const left = Math.max(0, Math.round(x * this.ratio));
    const right = Math.min(this.width, Math.max(left + 1, Math.round((x + w) * this.ratio)));
    const top = Math.max(0, Math.round(y * this.ratio));
    const bottom = Math.min(this.height, Math.max(top + 1, Math.round((y + h) * this.ratio)));
    for (let row = top; row < bottom; row++)
      this.pixels.fill(colour, row * this.width + left, row * this.width + right);
  }
}

import sharp from 'sharp';

// Pictures come from strangers: of libvips' many decoders only those of the four formats a dataset holds are open (no SVG, PDF, TIFF, ...).
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif'],
});
// Pictures are decoded many at a time; threads inside one decode would only compete. Nothing is decoded twice, so nothing is cached.
sharp.concurrency(1);
sharp.cache(false);

/** libvips with the settings above: the only way a recipe opens a picture. */
export { sharp };

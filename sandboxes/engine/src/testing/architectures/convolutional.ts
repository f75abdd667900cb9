import type { Model } from '../../model/model.js';
import type { AttributeValue } from '../../proto/messages.js';
import { ExportWriter } from './export-writer.js';

interface Layer {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly stride?: number;
  readonly group?: number;
}

function convolution(w: ExportWriter, x: string, { name, from, to, size, stride = 1, group = 1 }: Layer): string {
  const edge = (size - 1) / 2;
  const attributes: Record<string, AttributeValue> = {
    dilations: [1, 1],
    group,
    kernel_shape: [size, size],
    pads: [edge, edge, edge, edge],
    strides: [stride, stride],
  };
  return w.op('Conv', [x, w.weight(`${name}.weight`, [to, from / group, size, size])], attributes);
}

function batchNorm(w: ExportWriter, x: string, { name, size }: { name: string; size: number }): string {
  const inputs = [
    w.weight(`${name}.weight`, [size], { centre: 1, spread: 0.2 }),
    w.weight(`${name}.bias`, [size], { spread: 0.2 }),
    w.weight(`${name}.running_mean`, [size], { spread: 0.2 }),
    w.weight(`${name}.running_var`, [size], { centre: 1, spread: 0.3 }),
  ];
  return w.op('BatchNormalization', [x, ...inputs], { epsilon: { float: 1e-5 }, momentum: { float: 0.9 } });
}

/** [batch, channels, h, w] to [batch, classes]: mean over the picture, then a Gemm. */
function classified(w: ExportWriter, x: string, { size, classes }: { size: number; classes: number }): string {
  const flat = w.op('Flatten', [w.op('GlobalAveragePool', [x])], { axis: 1 });
  return w.op('Gemm', [flat, w.weight('fc.weight', [classes, size]), w.weight('fc.bias', [classes])], { transB: 1 });
}

/** The stem and two blocks of a ResNet with its BatchNormalization kept, operator set 13. */
export function resnet({ channels, classes }: { channels: number; classes: number }): Model {
  const w = new ExportWriter(13, 'resnet');
  const pixels = w.input('input', 'float32', ['batch_size', 3, 'height', 'width']);
  const normal = (x: string, layer: Layer): string =>
    batchNorm(w, convolution(w, x, layer), { name: layer.name.replace('conv', 'bn'), size: layer.to });
  const stem = w.op('Relu', [normal(pixels, { name: 'conv1', from: 3, to: channels, size: 7, stride: 2 })]);
  const pooled = w.op('MaxPool', [stem], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], ceil_mode: 0 });
  const block = (x: string, { name, from, to }: { name: string; from: number; to: number }): string => {
    const stride = from === to ? 1 : 2;
    const first = w.op('Relu', [normal(x, { name: `${name}.conv1`, from, to, size: 3, stride })]);
    const second = normal(first, { name: `${name}.conv2`, from: to, to, size: 3 });
    const skip = from === to ? x : normal(x, { name: `${name}.downsample.conv`, from, to, size: 1, stride });
    return w.op('Relu', [w.op('Add', [second, skip])]);
  };
  const one = block(pooled, { name: 'layer1.0', from: channels, to: channels });
  const two = block(one, { name: 'layer2.0', from: channels, to: 2 * channels });
  return w.model({ output: classified(w, two, { size: 2 * channels, classes }) });
}

/** An inverted residual block of MobileNetV2: expand, depthwise, project; Clip as ReLU6. Operator set 13. */
export function mobileNet({ channels, classes }: { channels: number; classes: number }): Model {
  const w = new ExportWriter(13, 'mobilenet');
  const pixels = w.input('input', 'float32', ['batch_size', 3, 'height', 'width']);
  const relu6 = (x: string): string => w.op('Clip', [x, w.scalar(0), w.scalar(6)]);
  const stem = relu6(convolution(w, pixels, { name: 'features.0.0', from: 3, to: channels, size: 3, stride: 2 }));
  const wide = 3 * channels;
  const expanded = relu6(convolution(w, stem, { name: 'features.1.conv.0', from: channels, to: wide, size: 1 }));
  const depthwise = relu6(
    convolution(w, expanded, { name: 'features.1.conv.1', from: wide, to: wide, size: 3, group: wide }),
  );
  const projected = convolution(w, depthwise, { name: 'features.1.conv.2', from: wide, to: channels, size: 1 });
  return w.model({ output: classified(w, w.op('Add', [stem, projected]), { size: channels, classes }) });
}

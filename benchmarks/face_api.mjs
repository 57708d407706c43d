// Times of @vladmandic/face-api under Node (TensorFlow.js on WebAssembly), for benchmarks/face_api.py.
//   node face_api.mjs FOLDER_WITH_node_modules PHOTO.jpg ROUNDS  ->  one line of JSON, milliseconds
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const [folder, photo, rounds] = process.argv.slice(2);
const need = createRequire(path.join(folder, "package.json"));
const tf = need("@tensorflow/tfjs");
const wasm = need("@tensorflow/tfjs-backend-wasm");
const jpeg = need("jpeg-js");
const here = path.dirname(need.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
wasm.setWasmPaths(path.join(here, "dist") + path.sep);
await tf.setBackend("wasm");
await tf.ready();
const faceapi = need("@vladmandic/face-api/dist/face-api.node-wasm.js");
const models = path.join(path.dirname(need.resolve("@vladmandic/face-api/package.json")), "model");
for (const net of [faceapi.nets.ssdMobilenetv1, faceapi.nets.faceLandmark68Net, faceapi.nets.ageGenderNet]) {
  await net.loadFromDisk(models);
}

const bytes = readFileSync(photo);
const decoded = () => {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false });
  return tf.tensor3d(data, [height, width, 3], "int32");
};
const crop = tf.randomUniform([112, 112, 3], 0, 255, "int32");
const whole = async () => {
  const picture = decoded();
  const found = await faceapi.detectAllFaces(picture).withFaceLandmarks().withAgeAndGender();
  picture.dispose();
  return found.length;
};
const net = async () => faceapi.nets.ageGenderNet.predictAgeAndGender(crop);

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
async function timed(call) {
  const times = [];
  let last;
  for (let i = 0; i < Number(rounds) + 2; i++) {
    const start = performance.now();
    last = await call();
    if (i >= 2) times.push(performance.now() - start);
  }
  return [median(times), last];
}
const [photoMs, faces] = await timed(whole);
const [netMs] = await timed(net);
console.log(JSON.stringify({ photo: photoMs, net: netMs, faces, backend: tf.getBackend() }));
process.exit(0);

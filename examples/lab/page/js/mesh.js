// A surface of heights in WebGL 2, with the colours of the heat map and its contour lines.

import { ramp } from "lab/colors.js";

const vertexText = `#version 300 es
in vec3 place;
in vec3 normal;
uniform mat4 camera;
out float height;
out vec3 up;
void main() {
  height = place.z + 0.5;
  up = normal;
  gl_Position = camera * vec4(place, 1.0);
}`;

const fragmentText = `#version 300 es
precision highp float;
in float height;
in vec3 up;
uniform sampler2D ramp;
uniform float levels[24];
uniform int count;
uniform vec3 ink;
out vec4 color;
void main() {
  vec3 base = texture(ramp, vec2(clamp(height, 0.0, 1.0) * 255.0 / 256.0 + 0.5 / 256.0, 0.5)).rgb;
  float light = 0.8 + 0.25 * dot(normalize(up), normalize(vec3(-0.5, -0.6, 0.8)));
  float line = 0.0;
  float width = max(fwidth(height), 1e-6);
  for (int i = 0; i < count; i++) line = max(line, 1.0 - smoothstep(0.4, 1.3, abs(height - levels[i]) / width));
  color = vec4(mix(base * light, ink, 0.3 * line), 1.0);
}`;

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {object|null} null where there is no WebGL 2
 */
export function createMesh(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: true, alpha: true, preserveDrawingBuffer: true });
  if (!gl) return null;
  const program = link(gl);
  if (!program) return null;
  const where = (name) => gl.getUniformLocation(program, name);
  const at = { camera: where("camera"), levels: where("levels"), count: where("count"), ink: where("ink") };
  const vertices = gl.createBuffer();
  const triangles = gl.createBuffer();
  const texture = gl.createTexture();
  let size = 0;

  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, vertices);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, triangles);
  ["place", "normal"].forEach((name, i) => {
    const index = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(index);
    gl.vertexAttribPointer(index, 3, gl.FLOAT, false, 24, 12 * i);
  });
  gl.enable(gl.DEPTH_TEST);

  return {
    /** Takes heights 0 to 1, row 0 the lowest y, and the heights of the contour lines. */
    load(heights, width, height, levels) {
      gl.bufferData(gl.ARRAY_BUFFER, meshOf(heights, width, height), gl.STATIC_DRAW);
      const order = trianglesOf(width, height);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.STATIC_DRAW);
      size = order.length;
      const shown = levels.slice(0, 24);
      gl.uniform1i(at.count, shown.length);
      if (shown.length) gl.uniform1fv(at.levels, Float32Array.from(shown));
    },
    paint(colors) {
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, ramp(colors));
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
      const v = Number.parseInt(colors.ink.slice(1), 16);
      gl.uniform3f(at.ink, (v >> 16) / 255, ((v >> 8) & 255) / 255, (v & 255) / 255);
    },
    draw(matrix, width, height) {
      canvas.width = width;
      canvas.height = height;
      gl.viewport(0, 0, width, height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      gl.uniformMatrix4fv(at.camera, false, matrix);
      gl.drawElements(gl.TRIANGLES, size, gl.UNSIGNED_INT, 0);
    },
  };
}

function link(gl) {
  const program = gl.createProgram();
  for (const [type, text] of [[gl.VERTEX_SHADER, vertexText], [gl.FRAGMENT_SHADER, fragmentText]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

/** Places and normals, six numbers for each vertex. */
function meshOf(heights, width, height) {
  const out = new Float32Array(6 * width * height);
  const [dx, dy] = [2 / (width - 1), 2 / (height - 1)];
  const z = (i, j) => heights[Math.min(height - 1, Math.max(0, j)) * width + Math.min(width - 1, Math.max(0, i))];
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const sx = (z(i + 1, j) - z(i - 1, j)) / (2 * dx);
      const sy = (z(i, j + 1) - z(i, j - 1)) / (2 * dy);
      out.set([-1 + i * dx, -1 + j * dy, z(i, j) - 0.5, -sx, -sy, 1], 6 * (j * width + i));
    }
  }
  return out;
}

function trianglesOf(width, height) {
  const out = new Uint32Array(6 * (width - 1) * (height - 1));
  let k = 0;
  for (let j = 0; j + 1 < height; j++) {
    for (let i = 0; i + 1 < width; i++) {
      const a = j * width + i;
      for (const v of [a, a + 1, a + width, a + 1, a + width + 1, a + width]) out[k++] = v;
    }
  }
  return out;
}

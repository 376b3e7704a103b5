// A camera that goes round the middle of a cube from −1 to 1, z upwards.

const near = 0.1;
const far = 20;
const raised = 0.12; // share of half the height: the near corner reaches lower than the far one higher

/**
 * @param {number} turn around the upright axis, in radians
 * @param {number} tilt above the ground, in radians
 * @param {number} away from the middle
 * @param {number} aspect width by height
 * @returns {{matrix: Float32Array, eye: number[], project: (x: number, y: number, z: number) => number[]}}
 * the matrix by columns, as WebGL takes it; project gives shares of the picture's width and height
 */
export function cameraAt(turn, tilt, away, aspect) {
  const [ct, st, cl, sl] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  const eye = [away * cl * st, -away * cl * ct, away * sl];
  const right = [ct, st, 0];
  const up = [-sl * st, sl * ct, cl];
  const back = [cl * st, -cl * ct, sl];
  const zoom = 2.4 * Math.min(1, aspect);
  const [zx, zy] = [zoom / aspect, zoom];
  const depth = (far + near) / (near - far);
  const matrix = new Float32Array(16);
  for (let k = 0; k < 3; k++) {
    matrix[4 * k] = zx * right[k];
    matrix[4 * k + 1] = zy * up[k] - raised * back[k];
    matrix[4 * k + 2] = depth * back[k];
    matrix[4 * k + 3] = -back[k];
  }
  // The eye is away along back, so only depth and divisor have a constant part.
  matrix[14] = -depth * away + (2 * far * near) / (near - far);
  matrix[13] = raised * away;
  matrix[15] = away;
  const project = (x, y, z) => {
    const at = (row) => matrix[row] * x + matrix[4 + row] * y + matrix[8 + row] * z + matrix[12 + row];
    const w = at(3);
    return [0.5 + at(0) / w / 2, 0.5 - at(1) / w / 2];
  };
  return { matrix, eye, project };
}

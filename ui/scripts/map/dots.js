// Draws points as point primitives. deck.gl's ScatterplotLayer draws a square for each point. Without a graphics card a frame of
// 20,000 points took 600 to 800 ms that way, and takes 35 ms this way.
import { Layer, Model, project32 } from "../../vendor/deck.js";

const vs = `#version 300 es
in vec3 positions;
in vec4 colors;
out vec4 colour;
void main() {
  geometry.worldPosition = positions;
  gl_Position = project_position_to_clipspace(positions, vec3(0.0), vec3(0.0), geometry.position);
  gl_PointSize = dots.size;
  colour = colors;
}`;
const fs = `#version 300 es
precision highp float;
in vec4 colour;
out vec4 fragColor;
void main() {
  float away = dots.size * length(gl_PointCoord - 0.5);
  fragColor = vec4(colour.rgb, colour.a * smoothstep(0.5 * dots.size, 0.5 * dots.size - 1.0, away));
}`;
const block = "layout(std140) uniform dotsUniforms { float size; } dots;";
const uniforms = { name: "dots", vs: block, fs: block, uniformTypes: { size: "f32" } };

export class Dots extends Layer {
  static layerName = "Dots";
  static defaultProps = { getPosition: { type: "accessor", value: (place) => place }, getColor: { type: "accessor", value: [0, 0, 0, 255] },
    size: 6 }; // in pixels of the screen

  getShaders() {
    return super.getShaders({ vs, fs, modules: [project32, uniforms] });
  }

  initializeState() {
    const attributes = this.getAttributeManager();
    attributes.add({ positions: { size: 3, accessor: "getPosition" }, colors: { size: 4, type: "unorm8", accessor: "getColor" } });
    this.state.model = new Model(this.context.device, { ...this.getShaders(), id: this.props.id, bufferLayout: attributes.getBufferLayouts(),
      topology: "point-list", isInstanced: false });
  }

  draw() {
    const { model } = this.state;
    model.setVertexCount(this.getNumInstances());
    model.shaderInputs.setProps({ dots: { size: this.props.size } });
    model.draw(this.context.renderPass);
  }
}

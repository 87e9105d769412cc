// @ts-check
import "./palette.js";
import "./preferences.js";

// The product of a sparse matrix and a vector as it is written first: loop <path>..., the files of matrices.ts.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

template <class Value>
std::vector<Value> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<Value> values(file.tellg() / sizeof(Value));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()), values.size() * sizeof(Value));
  return values;
}

__attribute__((noinline)) void multiply(uint32_t rows, const uint32_t* indptr, const uint32_t* indices,
                                        const float* values, const float* x, float* y) {
  for (uint32_t row = 0; row < rows; row++) {
    float sum = 0;
    for (uint32_t at = indptr[row]; at < indptr[row + 1]; at++) sum += values[at] * x[indices[at]];
    y[row] = sum;
  }
}

int main(int count, char** paths) {
  for (int i = 1; i < count; i++) {
    const std::string path = paths[i];
    uint32_t rows, columns;
    std::ifstream(path + ".shape") >> rows >> columns;
    const auto indptr = read<uint32_t>(path + ".indptr");
    const auto indices = read<uint32_t>(path + ".indices");
    const auto values = read<float>(path + ".values");
    std::vector<float> x(columns, 0.5f), y(rows);
    std::vector<double> times;
    const auto until = Clock::now() + std::chrono::seconds(1);
    while (times.size() < 5 || Clock::now() < until) {
      const auto start = Clock::now();
      multiply(rows, indptr.data(), indices.data(), values.data(), x.data(), y.data());
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    printf("{\"method\": \"C++\", \"job\": \"%s: matvec\", \"milliseconds\": %f}\n",
           path.substr(path.rfind('/') + 1).c_str(), times[times.size() / 2]);
  }
}

// Stochastic gradient descent as it is written first: loop <name> <folder>, the files of main.ts.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

struct Rating {
  uint32_t user, item;
  float rating;
};

template <class Value>
std::vector<Value> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<Value> values(file.tellg() / sizeof(Value));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()), values.size() * sizeof(Value));
  return values;
}

/** On a cache line, as the rows of lanewise are. */
float* aligned(size_t count) { return static_cast<float*>(aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64)); }

__attribute__((noinline)) double epoch(const std::vector<Rating>& ratings, float* users, float* items, int factors,
                                       float rate, float penalty) {
  double sum = 0;
  for (const auto& [user, item, rating] : ratings) {
    float* p = users + static_cast<size_t>(user) * factors;
    float* q = items + static_cast<size_t>(item) * factors;
    float dot = 0;
    for (int f = 0; f < factors; f++) dot += p[f] * q[f];
    const float error = rating - dot;
    sum += static_cast<double>(error) * error;
    for (int f = 0; f < factors; f++) {
      const float a = p[f], b = q[f];
      p[f] = a + rate * (error * b - penalty * a);
      q[f] = b + rate * (error * a - penalty * b);
    }
  }
  return sum;
}

int main(int, char** words) {
  const std::string folder = words[2];
  const auto ratings = read<Rating>(folder + "/ratings");
  const auto startUsers = read<float>(folder + "/users");
  const auto startItems = read<float>(folder + "/items");
  const int factors = 64;
  float* users = aligned(startUsers.size());
  float* items = aligned(startItems.size());
  std::vector<double> times;
  double sum = 0;
  const auto until = Clock::now() + std::chrono::seconds(1);
  while (times.size() < 5 || Clock::now() < until) {
    std::copy(startUsers.begin(), startUsers.end(), users);
    std::copy(startItems.begin(), startItems.end(), items);
    const auto start = Clock::now();
    sum = epoch(ratings, users, items, factors, 0.01f, 0.02f);
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  printf("{\"method\": \"%s\", \"milliseconds\": %f, \"error\": %f}\n", words[1], times[times.size() / 2], sum);
}
